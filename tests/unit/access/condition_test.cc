#include "access/condition.h"

#include <doctest/doctest.h>

#include <map>

namespace alexander {
namespace {

using Given = std::map<std::string, std::vector<std::string>, std::less<>>;

bool test(const char* op, std::vector<std::string> wanted, const Given& given) {
    std::optional<Condition> condition = parse_condition_operator(op);
    REQUIRE(condition);
    condition->key = "k";
    condition->values = std::move(wanted);
    CHECK(has_valid_values(*condition));
    const ConditionValues values =
        [&](std::string_view key) -> std::optional<std::vector<std::string>> {
        const auto found = given.find(key);
        return found == given.end() ? std::nullopt : std::optional(found->second);
    };
    const VariableLookup variables = [](std::string_view name) -> std::optional<std::string> {
        return name == "aws:username" ? std::optional<std::string>("a*b") : std::nullopt;
    };
    return holds(*condition, values, variables);
}

bool test(const char* op, const std::string& wanted, const std::string& given) {
    return test(op, std::vector<std::string>{wanted}, Given{{"k", {given}}});
}

TEST_CASE("operators of strings") {
    CHECK(test("StringEquals", "a", "a"));
    CHECK_FALSE(test("StringEquals", "a*", "ab"));
    CHECK_FALSE(test("StringEquals", "a", "A"));
    CHECK(test("StringNotEquals", "a", "b"));
    CHECK(test("StringEqualsIgnoreCase", "aB", "Ab"));
    CHECK_FALSE(test("StringNotEqualsIgnoreCase", "aB", "Ab"));
    CHECK(test("StringLike", "pub*/?", "public/x"));
    CHECK_FALSE(test("StringNotLike", "pub*", "public"));
    CHECK(test("ArnLike", "arn:aws:s3:::*", "arn:aws:s3:::b"));
    CHECK(test("ArnNotEquals", "arn:aws:s3:::a", "arn:aws:s3:::b"));
}

TEST_CASE("operators of numbers and dates") {
    CHECK(test("NumericEquals", "10", "10.0"));
    CHECK(test("NumericLessThan", "10", "9"));
    CHECK_FALSE(test("NumericLessThan", "10", "10"));
    CHECK(test("NumericLessThanEquals", "10", "10"));
    CHECK(test("NumericGreaterThan", "10", "100"));
    CHECK(test("NumericNotEquals", "10", "11"));
    CHECK_FALSE(test("NumericEquals", "10", "ten"));
    CHECK(test("DateLessThan", "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z"));
    CHECK(test("DateGreaterThanEquals", "2030-01-01", "2030-01-01T00:00:00Z"));
    CHECK_FALSE(test("DateEquals", "1000", "2030-01-01T00:00:00Z"));
}

TEST_CASE("operators of truth, addresses and absence") {
    CHECK(test("Bool", "true", "True"));
    CHECK_FALSE(test("Bool", "false", "true"));
    CHECK(test("IpAddress", "10.0.0.0/8", "10.9.8.7"));
    CHECK_FALSE(test("IpAddress", "10.0.0.0/8", "11.0.0.1"));
    CHECK(test("NotIpAddress", "10.0.0.0/8", "11.0.0.1"));
    CHECK(test("IpAddress", "2001:db8::/32", "2001:db8:1::1"));
    CHECK(test("IpAddress", "127.0.0.1", "::ffff:127.0.0.1"));
    CHECK(test("Null", std::vector<std::string>{"true"}, Given{}));
    CHECK_FALSE(test("Null", std::vector<std::string>{"true"}, Given{{"k", {"x"}}}));
    CHECK(test("Null", std::vector<std::string>{"false"}, Given{{"k", {"x"}}}));
}

TEST_CASE("without the key only negated operators and IfExists hold") {
    const Given nothing;
    CHECK_FALSE(test("StringEquals", {"a"}, nothing));
    CHECK_FALSE(test("StringLike", {"*"}, nothing));
    CHECK(test("StringNotEquals", {"a"}, nothing));
    CHECK(test("StringLikeIfExists", {"a"}, nothing));
    CHECK_FALSE(test("StringLikeIfExists", std::vector<std::string>{"a"}, Given{{"k", {"b"}}}));
    CHECK(test("ForAllValues:StringEquals", {"a"}, nothing));
    CHECK_FALSE(test("ForAnyValue:StringEquals", {"a"}, nothing));
}

TEST_CASE("several values of a policy are alternatives, of a negated operator none may match") {
    CHECK(test("StringEquals", {"a", "b"}, Given{{"k", {"b"}}}));
    CHECK_FALSE(test("StringNotEquals", {"a", "b"}, Given{{"k", {"b"}}}));
    CHECK(test("StringNotEquals", {"a", "b"}, Given{{"k", {"c"}}}));
}

TEST_CASE("set operators look at every value of the request") {
    const Given both{{"k", {"a", "x"}}};
    CHECK(test("ForAnyValue:StringEquals", {"a", "b"}, both));
    CHECK_FALSE(test("ForAllValues:StringEquals", {"a", "b"}, both));
    CHECK(test("ForAllValues:StringLike", {"a", "b", "x*"}, both));
}

TEST_CASE("a variable's value stands for itself") {
    CHECK(test("StringLike", "home/${aws:username}/*", "home/a*b/c"));
    CHECK_FALSE(test("StringLike", "home/${aws:username}/*", "home/aXb/c"));
    CHECK(test("StringEquals", "${aws:UserName}", "a*b"));
    CHECK_FALSE(test("StringLike", "${aws:userid}*", "anything"));
    CHECK(test("StringLike", "a${*}", "a*"));
    CHECK_FALSE(test("StringLike", "a${*}", "ab"));
}

TEST_CASE("operators and values that IAM does not have are not conditions") {
    for (const char* name : {"",
                             "Equals",
                             "stringequals",
                             "StringEqualsIfExist",
                             "NullIfExists",
                             "ForAny:StringEquals",
                             "BinaryEquals"})
        CHECK_FALSE(parse_condition_operator(name));
    const auto is_valid = [](const char* op, const char* value) {
        Condition condition = *parse_condition_operator(op);
        condition.values = {value};
        return has_valid_values(condition);
    };
    CHECK_FALSE(is_valid("NumericEquals", "x"));
    CHECK_FALSE(is_valid("DateEquals", "yesterday"));
    CHECK_FALSE(is_valid("Bool", "1"));
    CHECK_FALSE(is_valid("IpAddress", "10.0.0.0/33"));
    CHECK_FALSE(is_valid("IpAddress", "example.com"));
}

TEST_CASE("a pattern of many stars does not take forever") {
    std::string pattern;
    for (int i = 0; i < 30; ++i)
        pattern += "*a";
    CHECK_FALSE(matches_pattern(pattern + "b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace alexander
