#include "access/policy.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander {
namespace {

const PolicyRequester alice{true, "alice", "a11ce"};
const PolicyRequester bob{true, "bob", "b0b"};
const PolicyRequester nobody{};

Policy statement(const std::string& members) {
    return Policy::parse(R"({"Version":"2012-10-17","Statement":[{)" + members + "}]}", "b");
}

Effect ask(const Policy& policy,
           Action action,
           const char* resource,
           const PolicyRequester& who,
           const char* prefix = nullptr) {
    PolicyRequest request{action, resource, who, {}};
    request.values = [&](std::string_view key) -> std::optional<std::vector<std::string>> {
        if (key == "s3:prefix" && prefix != nullptr)
            return std::vector<std::string>{prefix};
        if (key == "aws:username" && who.is_known)
            return std::vector<std::string>{std::string(who.name)};
        return std::nullopt;
    };
    return policy.evaluate(request);
}

constexpr auto open_read =
    R"("Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*")";

TEST_CASE("a statement fits by principal, action and resource") {
    const Policy policy = statement(open_read);

    CHECK(ask(policy, Action::get_object, "b/k", nobody) == Effect::allow);
    CHECK(ask(policy, Action::get_object, "b/d/k", bob) == Effect::allow);
    CHECK(ask(policy, Action::put_object, "b/k", bob) == Effect::none);
    CHECK(ask(policy, Action::get_object, "b", bob) == Effect::none);
    CHECK(ask(policy, Action::get_object_version, "b/k", bob) == Effect::none);
}

TEST_CASE("deny wins in any order") {
    const std::string allow = std::string("{") + open_read + "}";
    const std::string deny =
        R"({"Effect":"Deny","Principal":{"AWS":["bob"]},"Action":"s3:*","Resource":"*"})";
    for (const std::string& both : {allow + "," + deny, deny + "," + allow}) {
        const Policy policy = Policy::parse("{\"Statement\":[" + both + "]}", "b");
        CHECK(ask(policy, Action::get_object, "b/k", bob) == Effect::deny);
        CHECK(ask(policy, Action::get_object, "b/k", alice) == Effect::allow);
    }
}

TEST_CASE("actions take wildcards in any case, NotAction and NotResource turn around") {
    const Policy policy =
        statement(R"("Effect":"Allow","Principal":"*","Action":"S3:get*Tag?ing","Resource":"*")");
    CHECK(ask(policy, Action::get_object_tagging, "b/k", bob) == Effect::allow);
    CHECK(ask(policy, Action::get_bucket_tagging, "b", bob) == Effect::allow);
    CHECK(ask(policy, Action::put_object_tagging, "b/k", bob) == Effect::none);

    const Policy negated = statement(
        R"("Effect":"Allow","Principal":"*","NotAction":"s3:Get*","NotResource":"arn:aws:s3:::b/x*")");
    CHECK(ask(negated, Action::put_object, "b/k", bob) == Effect::allow);
    CHECK(ask(negated, Action::get_object, "b/k", bob) == Effect::none);
    CHECK(ask(negated, Action::put_object, "b/xyz", bob) == Effect::none);
}

TEST_CASE("principals are names, canonical ids and ARNs of this server's users") {
    const auto allows = [](const std::string& principal, const PolicyRequester& who) {
        const Policy policy = statement(R"("Effect":"Allow","Principal":)" + principal +
                                        R"(,"Action":"*","Resource":"*")");
        return ask(policy, Action::get_object, "b/k", who) == Effect::allow;
    };
    CHECK(allows(R"({"AWS":"*"})", nobody));
    CHECK(allows(R"({"AWS":["x","alice"]})", alice));
    CHECK(allows(R"({"CanonicalUser":"a11ce"})", alice));
    CHECK(allows(R"({"AWS":"arn:aws:iam:::user/alice"})", alice));
    CHECK(allows(R"({"AWS":"arn:aws:iam:::user/team/a11ce"})", alice));
    CHECK(allows(R"({"AWS":"arn:aws:iam::alice:root"})", alice));
    CHECK_FALSE(allows(R"({"AWS":"arn:aws:iam::123456789012:user/alice"})", alice));
    CHECK_FALSE(allows(R"({"AWS":"arn:aws:iam::123456789012:root"})", alice));
    CHECK_FALSE(allows(R"({"AWS":"arn:aws:iam:::user/alice"})", bob));
    CHECK_FALSE(allows(R"({"AWS":"alice"})", nobody));
    CHECK_FALSE(allows(R"({"Service":"logging.s3.amazonaws.com"})", alice));
}

TEST_CASE("NotPrincipal denies everybody else") {
    const Policy policy =
        statement(R"("Effect":"Deny","NotPrincipal":{"AWS":"alice"},"Action":"*","Resource":"*")");
    CHECK(ask(policy, Action::get_object, "b/k", alice) == Effect::none);
    CHECK(ask(policy, Action::get_object, "b/k", bob) == Effect::deny);
    CHECK(ask(policy, Action::get_object, "b/k", nobody) == Effect::deny);
}

TEST_CASE("conditions must all hold, variables name the caller") {
    const Policy policy = statement(
        R"("Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b",
           "Condition":{"StringLike":{"S3:Prefix":"home/${aws:username}/*"}})");
    CHECK(ask(policy, Action::list_bucket, "b", bob, "home/bob/x") == Effect::allow);
    CHECK(ask(policy, Action::list_bucket, "b", bob, "home/alice/x") == Effect::none);
    CHECK(ask(policy, Action::list_bucket, "b", bob) == Effect::none);
    CHECK(ask(policy, Action::list_bucket, "b", nobody, "home//x") == Effect::none);

    const Policy own = statement(
        R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*")");
    CHECK(ask(own, Action::put_object, "b/bob/x", bob) == Effect::allow);
    CHECK(ask(own, Action::put_object, "b/alice/x", bob) == Effect::none);
}

TEST_CASE("what cannot be understood is refused with a reason") {
    const std::string rest = R"(,"Action":"s3:*","Resource":"arn:aws:s3:::b")";
    const std::string anyone = R"("Effect":"Allow","Principal":"*")";
    for (const std::string& members : std::vector<std::string>{
             R"("Effect":"allow","Principal":"*")" + rest,
             R"("Effect":"Allow")" + rest,
             R"("Effect":"Allow","Principal":"alice")" + rest,
             R"("Effect":"Allow","Principal":{"AWS":"ali*"})" + rest,
             R"("Effect":"Allow","Principal":{"AWS":"arn:aws:s3:::b"})" + rest,
             R"("Effect":"Allow","Principal":{"Planet":"x"})" + rest,
             R"("Effect":"Allow","NotPrincipal":{"AWS":"alice"})" + rest,
             R"("Effect":"Deny","Principal":"*","NotPrincipal":{"AWS":"alice"})" + rest,
             anyone + rest + R"(,"Extra":1)",
             anyone + rest + R"(,"Condition":{"StringSounds":{"k":"v"}})",
             anyone + rest + R"(,"Condition":{"Bool":{"k":"v"}})",
             anyone + rest + R"(,"Condition":{"StringEquals":"k"})",
             anyone + R"(,"Action":"GetObject","Resource":"*")",
             anyone + R"(,"Action":[],"Resource":"*")",
             anyone + R"(,"Action":"s3:*")",
             anyone + R"(,"Action":"s3:*","Resource":"arn:aws:s3:::other/*")",
             anyone + R"(,"Action":"s3:*","Resource":"b/*")"}) {
        CAPTURE(members);
        CHECK_THROWS_AS(std::ignore = statement(members), Error);
    }
    for (const char* text :
         {"", "[]", "{}", R"({"Statement":[]})", R"({"Version":"2020-01-01","Statement":[]})"})
        CHECK_THROWS_AS(std::ignore = Policy::parse(text, "b"), Error);
    const std::string huge = "{\"Statement\":" + std::string(30'000, ' ') + "[]}";
    CHECK_THROWS_AS(std::ignore = Policy::parse(huge, "b"), Error);
}

TEST_CASE("a resource may name the bucket by a pattern") {
    const std::string head = R"("Effect":"Allow","Principal":"*","Action":"*","Resource":)";
    CHECK_NOTHROW(std::ignore = statement(head + R"(["arn:aws:s3:::*","arn:aws:s3:::?/*"])"));
}

TEST_CASE("public is what lets everybody in") {
    const auto is_public = [](const std::string& condition) {
        return statement(std::string(open_read) + condition).is_public();
    };
    CHECK(is_public(""));
    CHECK(is_public(R"(,"Condition":{"StringLike":{"aws:Referer":"http://a/*"}})"));
    CHECK(is_public(R"(,"Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})"));
    CHECK(is_public(R"(,"Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","64.0.0.0/2"]}})"));
    CHECK(is_public(R"(,"Condition":{"IpAddressIfExists":{"aws:SourceIp":"10.0.0.0/8"}})"));
    CHECK(is_public(R"(,"Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"));
    CHECK(is_public(R"(,"Condition":{"StringLike":{"aws:userid":"*"}})"));
    CHECK_FALSE(is_public(R"(,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/32"}})"));
    CHECK_FALSE(is_public(R"(,"Condition":{"StringEquals":{"aws:SourceAccount":"1"}})"));
    CHECK_FALSE(
        statement(R"("Effect":"Allow","Principal":{"AWS":"alice"},"Action":"*","Resource":"*")")
            .is_public());
    CHECK_FALSE(
        statement(R"("Effect":"Deny","Principal":"*","Action":"*","Resource":"*")").is_public());
}

TEST_CASE("a policy says whether tags of objects matter to it") {
    const Policy policy =
        statement(std::string(open_read) +
                  R"(,"Condition":{"StringEquals":{"s3:ExistingObjectTag/Sec":"public"}})");
    CHECK(policy.asks_for_tags());
    CHECK(policy.statements().front().conditions.front().key == "s3:existingobjecttag/Sec");
    CHECK_FALSE(statement(open_read).asks_for_tags());
}

}  // namespace
}  // namespace alexander
