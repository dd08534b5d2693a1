#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"
#include "wire_fixture.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3::xml {

namespace {

bool is_malformed(std::string_view document, const Limits& limits = {}) {
    return thrown_code([&] { std::ignore = parse(document, limits); }) == "MalformedXML";
}

}  // namespace

TEST_SUITE_BEGIN("s3d/xml");

TEST_CASE("a document is elements and text, with or without namespace, prefix and mark") {
    for (const std::string_view document :
         {"<Delete><Object><Key>a</Key></Object><Quiet>true</Quiet></Delete>",
          "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Delete "
          "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n <Object>\n<Key>a</Key></Object>"
          "<Quiet> true\n</Quiet></Delete >\n",
          "<s3:Delete xmlns:s3='x'><s3:Object><s3:Key>a</s3:Key></s3:Object><!-- - "
          "--><s3:Quiet>true</s3:Quiet></s3:Delete><!---->"}) {
        const Element root = parse(document, "Delete");
        REQUIRE(root.all("Object").size() == 1);
        CHECK(root.find("Object")->text_of("Key") == "a");
        CHECK(root.text_of("Quiet") == "true");
        CHECK_FALSE(root.text_of("Key"));
    }
    CHECK(thrown_code([] { std::ignore = parse("<A/>", "B"); }) == "MalformedXML");
}

TEST_CASE("references, CDATA and attributes are read") {
    const Element root = parse(
        "<A x:type='a&quot;b' y = \"1\"> "
        "&lt;&amp;&gt;&apos;&quot;&#65;&#x1F600;<![CDATA[<&]]>\r\nz<B/> </A>");

    CHECK(root.text == " <&>'\"A\xf0\x9f\x98\x80<&\nz ");
    REQUIRE(root.attributes.size() == 2);
    CHECK(root.attributes[0] == std::pair<std::string, std::string>("type", "a\"b"));
    CHECK(root.children.size() == 1);
    CHECK(parse("<A>&#1;&#13;</A>").text == "\x01\r");
}

TEST_CASE("what is not a plain document is malformed") {
    for (const std::string_view document : {"",
                                            " ",
                                            "text",
                                            "<A>",
                                            "<A></B>",
                                            "<A/><B/>",
                                            "<A/>text",
                                            "<A><B></A></B>",
                                            "<A",
                                            "<A b>",
                                            "<A b=1/>",
                                            "<A b='1'c='2'/>",
                                            "<A b='1' b='2'/>",
                                            "<A b='<'/>",
                                            "<1/>",
                                            "< A/>",
                                            "<:A/>",
                                            "<a:/>",
                                            "<a:b:c/>",
                                            "<A>]]></A>",
                                            "<A><![CDATA[</A>",
                                            "<A><!-- -- --></A>",
                                            "<A><!-- </A>",
                                            "<A>&nbsp;</A>",
                                            "<A>&</A>",
                                            "<A>&#0;</A>",
                                            "<A>&#xD800;</A>",
                                            "<A>&#x110000;</A>",
                                            "<A>&#99999999999999;</A>",
                                            "<A>&#-1;</A>",
                                            "<A>&#x;</A>",
                                            "<?pi?><A/>",
                                            "<A><?pi?></A>",
                                            "<?xml version='1.0' encoding='utf-16'?><A/>",
                                            " <?xml version='1.0'?><A/>"})
        CHECK_MESSAGE(is_malformed(document), document);
    CHECK(is_malformed(std::string_view("<A>\0</A>", 8)));
    CHECK(is_malformed("<A>\x01</A>"));
    CHECK(is_malformed("<A>\xff</A>"));
    CHECK(is_malformed("<A>\xc0\x80</A>"));
    CHECK(is_malformed("<A>\xed\xa0\x80</A>"));
}

TEST_CASE("document types and their entities are refused") {
    CHECK(is_malformed("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"));
    CHECK(is_malformed("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"));
    CHECK(is_malformed("<a><!ENTITY x 'y'></a>"));
}

TEST_CASE("depth, size and number of elements are bounded") {
    Limits limits;
    limits.depth = 3;
    limits.elements = 5;
    limits.bytes = 60;
    CHECK_FALSE(is_malformed("<a><b><c/></b></a>", limits));
    CHECK(is_malformed("<a><b><c><d/></c></b></a>", limits));
    CHECK_FALSE(is_malformed("<a><b/><b/><b/><b/></a>", limits));
    CHECK(is_malformed("<a><b/><b/><b/><b/><b/></a>", limits));
    CHECK(is_malformed("<a>" + std::string(60, ' ') + "</a>", limits));
    std::string deep;
    for (int i = 0; i < 200'000; ++i)
        deep += "<a>";
    CHECK(is_malformed(deep));
}

TEST_CASE("what is written escapes markup and controls, and reads back the same") {
    const std::string text = "a<b>&\"'\r\n\t\x01\x1f\x7f \xc3\xa9";
    Writer writer("ListBucketResult");
    writer.element("Key", text).flag("IsTruncated", false).number("MaxKeys", 1000);
    writer.open("Owner").element("ID", "x").close();
    writer.open_typed("Grantee", "CanonicalUser");

    const std::string document = writer.finish();

    CHECK(document.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Key>a&lt;b&gt;&amp;"
        "&quot;&apos;&#13;\n\t&#x1;&#x1f;&#x7f; \xc3\xa9</Key>"));
    CHECK(document.find("xsi:type=\"CanonicalUser\"></Grantee></ListBucketResult>") !=
          std::string::npos);
    const Element root = parse(document, "ListBucketResult");
    CHECK(root.find("Key")->text == text);
    CHECK(root.text_of("IsTruncated") == "false");
    CHECK(root.text_of("MaxKeys") == "1000");
    CHECK(root.find("Owner")->text_of("ID") == "x");
    CHECK(root.find("Grantee")->attributes[0].second == "CanonicalUser");
}

TEST_CASE("keys are percent-encoded when the client asks for it") {
    Writer writer("R", "");
    writer.key("K", "quux ab/foo+1\x01", KeyEncoding::url).key("K", "a b", KeyEncoding::none);
    CHECK(writer.finish() ==
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R><K>quux%20ab/foo%2B1%01</K><K>a "
          "b</K></R>");
}

TEST_CASE("a text that is not UTF-8 still makes a document that can be read") {
    std::string out;
    append_escaped(out,
                   "a\xff"
                   "b\xc3");
    CHECK(out ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd");
}

TEST_SUITE_END();

}  // namespace alexander::s3::xml
