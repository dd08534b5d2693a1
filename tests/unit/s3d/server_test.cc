#include "s3d/http/server.h"

#include "server_fixture.h"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <thread>
#include <tuple>

namespace alexander::s3 {

http::Response TestHandler::handle(RequestContext& context) {
    const std::string& path = context.path();
    if (path == "/noread")
        throw S3Error(S3Code::access_denied);
    if (path == "/throw")
        throw std::runtime_error("a secret of the inside");
    if (path == "/int")
        throw 42;
    if (path == "/core")
        throw Error(ErrorCode::device_error, "/dev/secret failed", EIO);
    if (path == "/marker")
        throw S3Error(S3Code::method_not_allowed)
            .with("Method", "GET")
            .with_header("Allow", "DELETE");
    if (path == "/unchanged")
        throw S3Error(S3Code::not_modified).with_header("ETag", "\"e\"");
    if (path == "/wait") {
        const auto blocking = context.about_to_block();
        ++waiting;
        while (!release)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --waiting;
    }
    http::Response response;
    if (path == "/echo") {
        PayloadReader::Options options;
        std::string body;
        const auto keep = [&](ByteView block) { body.append(as_text(block)); };
        const PayloadResult result = context.payload().read(keep, options);
        response.body = std::move(body);
        response.set("x-size", std::to_string(result.size_bytes));
    } else if (path == "/stream") {
        response.source = std::make_unique<BlockSource>(3, false);
    } else if (path == "/known") {
        response.source = std::make_unique<BlockSource>(3, false);
        response.content_length = 3000;
    } else if (path == "/damaged") {
        response.source = std::make_unique<BlockSource>(context.query().has("late") ? 2 : 0, true);
        response.content_length = 3000;
    } else if (path == "/large") {
        response.source = std::make_unique<BlockSource>(100'000, false);
        response.content_length = 100'000'000;
    } else if (path == "/huge") {
        response.content_length = 5'000'000'000;
    } else if (path == "/split") {
        response.set("x-amz-meta-a", "one\r\nInjected: 1");
    } else {
        response.body = "hello " + path;
    }
    return response;
}

namespace {

using std::chrono::milliseconds;

std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

std::string put(std::string_view path, std::string_view body, std::string_view more = "") {
    return "PUT " + std::string(path) +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more) + "\r\n" + std::string(body);
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
    const std::size_t from = text.find(begin);
    if (from == std::string::npos)
        return "";
    const std::size_t start = from + begin.size();
    return text.substr(start, text.find(end, start) - start);
}

/// Waits for something that another thread brings about.
template <typename Condition>
bool eventually(Condition condition) {
    for (int i = 0; i < 3000; ++i) {
        if (condition())
            return true;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return false;
}

}  // namespace

TEST_SUITE_BEGIN("s3d/server");

TEST_CASE_FIXTURE(ServerFixture, "a request gets an answer with date, length and request id") {
    const std::string answer = ask(get("/x"));

    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("\r\n\r\nhello /x"));
    for (const std::string_view field : {"Date: ",
                                         "Server: ",
                                         "Content-Length: 8\r\n",
                                         "Connection: keep-alive\r\n",
                                         "x-amz-request-id: ",
                                         "x-amz-id-2: test-host\r\n"})
        CHECK_MESSAGE(has(answer, field), field);
}

TEST_CASE_FIXTURE(ServerFixture, "pipelined requests are answered in order") {
    TestClient client = connect();
    client.send(get("/1") + put("/echo", "two") + get("/3", "Connection: close\r\n"));

    CHECK(client.answer().ends_with("hello /1"));
    CHECK(client.answer().ends_with("two"));
    const std::string last = client.rest();
    CHECK(has(last, "Connection: close\r\n"));
    CHECK(last.ends_with("hello /3"));
}

TEST_CASE_FIXTURE(ServerFixture, "a request that trickles in is answered") {
    TestClient client = connect();
    for (const char c : put("/echo", "abc")) {
        client.send({&c, 1});
        std::this_thread::yield();
    }
    CHECK(client.answer().ends_with("abc"));
}

TEST_CASE_FIXTURE(ServerFixture, "HTTP/1.0 and Connection: close end the connection") {
    TestClient old = connect();
    old.send("GET /x HTTP/1.0\r\n\r\n");
    CHECK(has(old.rest(), "Connection: close\r\n"));

    TestClient list = connect();
    list.send(get("/x", "Connection: TE, close\r\n"));
    CHECK(list.rest().ends_with("hello /x"));

    TestClient kept = connect();
    kept.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(has(kept.answer(), "Connection: keep-alive\r\n"));
    kept.send(get("/y"));
    CHECK(kept.answer().ends_with("hello /y"));
}

TEST_CASE_FIXTURE(ServerFixture, "an unread body is never parsed as a request") {
    TestClient client = connect();
    client.send(put("/noread", "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(client.answer().starts_with("HTTP/1.1 403"));
    client.send(get("/next"));
    CHECK(client.answer().ends_with("hello /next"));

    for (const std::string& line : log_lines())
        CHECK_FALSE(has(line, "smuggled"));
}

TEST_CASE_FIXTURE(ServerFixture, "a large unread body closes the connection after its answer") {
    TestClient client = connect();
    client.send(put("/noread", std::string(300'000, 'x')) + get("/next"));

    const std::string answer = client.rest();

    CHECK(answer.starts_with("HTTP/1.1 403"));
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK(answer.ends_with("</Error>"));
    CHECK_FALSE(has(answer, "hello"));
}

TEST_CASE_FIXTURE(ServerFixture, "a refused request is never told to continue") {
    TestClient client = connect();
    client.send(
        "PUT /noread HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");

    const std::string answer = client.rest();

    CHECK(answer.starts_with("HTTP/1.1 403"));
    CHECK(has(answer, "Connection: close\r\n"));
}

TEST_CASE_FIXTURE(ServerFixture, "a body that is wanted is invited first") {
    TestClient client = connect();
    client.send(
        "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.answer() == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    CHECK(client.answer().ends_with("\r\n\r\nhello"));
    client.send(get("/next"));
    CHECK(client.answer().ends_with("hello /next"));
}

TEST_CASE_FIXTURE(ServerFixture,
                  "a head that cannot be parsed gets S3 XML and the connection closed") {
    for (const std::string_view head :
         {"GET / HTTP/1.1\nHost: h\n\n",
          "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\nGET /",
          "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n",
          "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
        TestClient client = connect();
        client.send(head);
        const std::string answer = client.rest();
        CHECK_MESSAGE(answer.starts_with("HTTP/1.1 400"), head);
        CHECK(has(answer, "<Code>BadRequest</Code>"));
        CHECK(has(answer, "Connection: close\r\n"));
    }
    TestClient gzip = connect();
    gzip.send("PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    CHECK(gzip.rest().starts_with("HTTP/1.1 501"));
}

TEST_CASE_FIXTURE(ServerFixture, "truncated bodies are refused, and no answer is lost") {
    TestClient with_length = connect();
    with_length.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    with_length.finish_sending();
    CHECK(has(with_length.rest(), "<Code>IncompleteBody</Code>"));

    TestClient chunked = connect();
    chunked.send("PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc");
    const std::string answer = chunked.rest();
    CHECK(answer.starts_with("HTTP/1.1 400"));
    CHECK(has(answer, "Connection: close\r\n"));
}

TEST_CASE_FIXTURE(ServerFixture, "POST without a length has an empty body and does not wait") {
    TestClient client = connect();
    client.send("POST /echo?uploads HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));

    CHECK(has(client.answer(), "x-size: 0\r\n"));
    CHECK(client.answer().ends_with("hello /next"));
}

TEST_CASE_FIXTURE(ServerFixture, "whatever is thrown becomes XML with the id of the header") {
    const std::string error = ask(get("/core"));
    CHECK(error.starts_with("HTTP/1.1 500"));
    CHECK(has(error, "<Code>InternalError</Code>"));
    CHECK(has(error, "<Resource>/core</Resource>"));
    CHECK_FALSE(has(error, "secret"));
    const std::string id = between(error, "x-amz-request-id: ", "\r\n");
    CHECK(id.size() == 16);
    CHECK(between(error, "<RequestId>", "</RequestId>") == id);

    CHECK(has(ask(get("/throw")), "<Code>InternalError</Code>"));
    CHECK(has(ask(get("/int")), "<Code>InternalError</Code>"));
    const std::string marker = ask(get("/marker"));
    CHECK(has(marker, "Allow: DELETE\r\n"));
    CHECK(has(marker, "<Method>GET</Method>"));
    CHECK(eventually([&] { return log_lines().size() == 4; }));
    CHECK(has(log_lines()[0], "GET /core 500 InternalError /dev/secret failed"));
}

TEST_CASE_FIXTURE(ServerFixture, "HEAD and 304 have no body") {
    TestClient client = connect();
    client.send("HEAD /core HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string error = client.answer(true);
    CHECK(error.starts_with("HTTP/1.1 500"));
    client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(has(client.answer(true), "Content-Length: 8\r\n"));
    client.send("HEAD /huge HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(has(client.answer(true), "Content-Length: 5000000000\r\n"));
    client.send("HEAD /known HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(has(client.answer(true), "Content-Length: 3000\r\n"));
    client.send(get("/unchanged"));
    const std::string unchanged = client.answer(true);
    CHECK(unchanged.starts_with("HTTP/1.1 304 Not Modified\r\n"));
    CHECK(has(unchanged, "ETag: \"e\"\r\n"));
    CHECK_FALSE(has(unchanged, "Content-Length"));
    client.send(get("/next"));
    CHECK(client.answer().ends_with("hello /next"));
}

TEST_CASE_FIXTURE(ServerFixture, "bodies of known length stream, others go in chunks") {
    const std::string known = ask(get("/known"));
    CHECK(has(known, "Content-Length: 3000\r\n"));
    CHECK(known.ends_with(std::string(3000, 'b')));

    TestClient chunked = connect();
    chunked.send(get("/stream", "Connection: close\r\n"));
    const std::string answer = chunked.rest();
    CHECK(has(answer, "Transfer-Encoding: chunked\r\n"));
    CHECK(has(answer, "\r\n\r\n3e8\r\nbbb"));
    CHECK(answer.ends_with("b\r\n0\r\n\r\n"));

    TestClient old = connect();
    old.send("GET /stream HTTP/1.0\r\n\r\n");
    const std::string plain = old.rest();
    CHECK_FALSE(has(plain, "chunked"));
    CHECK(plain.ends_with("\r\n\r\n" + std::string(3000, 'b')));
}

TEST_CASE_FIXTURE(ServerFixture,
                  "a source that fails at once is an error, one that fails late a cut") {
    CHECK(ask(get("/damaged")).starts_with("HTTP/1.1 500"));

    TestClient late = connect();
    late.send(get("/damaged?late"));
    const std::string answer = late.rest();
    CHECK(answer.starts_with("HTTP/1.1 200"));
    CHECK(answer.ends_with("\r\n\r\n" + std::string(2000, 'b')));
    CHECK(eventually([&] { return log_lines().size() == 2; }));
    CHECK(has(log_lines()[1], "InternalError a chunk is damaged"));
}

TEST_CASE_FIXTURE(ServerFixture, "a header value cannot end its line") {
    const std::string answer = ask(get("/split"));
    CHECK(has(answer, "x-amz-meta-a: one  Injected: 1\r\n"));
}

TEST_CASE_FIXTURE(ServerFixture,
                  "a client that leaves amid an answer costs nothing but its connection") {
    {
        TestClient client = connect();
        client.send(get("/large"));
        std::ignore = client.is_silent_for(1000);
    }
    CHECK(eventually([&] { return server->load().running == 0; }));
    CHECK(ask(get("/x")).ends_with("hello /x"));
}

TEST_CASE("idle connections and unfinished heads hold no worker") {
    http::ServerSettings settings;
    settings.workers = 1;
    settings.max_workers = 1;
    ServerFixture fixture(settings);
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 40; ++i) {
        clients.push_back(std::make_unique<TestClient>(fixture.server->port()));
        clients.back()->send(i % 2 == 0 ? get("/idle") : "GET /slow HTTP/1.1\r\nHo");
        if (i % 2 == 0)
            CHECK(clients.back()->answer().ends_with("hello /idle"));
    }

    CHECK(fixture.ask(get("/x")).ends_with("hello /x"));
    for (int i = 1; i < 40; i += 2) {
        clients[static_cast<std::size_t>(i)]->send("st: h\r\n\r\n");
        CHECK(clients[static_cast<std::size_t>(i)]->answer().ends_with("hello /slow"));
    }
    CHECK(fixture.server->load().workers == 1);
}

TEST_CASE("idle connections cost at most 30 KiB each") {
    const auto resident_kib = [] {
        std::ifstream status("/proc/self/status");
        std::string word;
        while (status >> word && word != "VmRSS:")
            continue;
        std::size_t kib = 0;
        status >> kib;
        return kib;
    };
    ServerFixture fixture;
    std::vector<std::unique_ptr<TestClient>> clients;
    const std::size_t before = resident_kib();
    for (int i = 0; i < 400; ++i) {
        clients.push_back(std::make_unique<TestClient>(fixture.server->port()));
        clients.back()->send(get("/idle"));
    }
    for (const auto& client : clients)
        REQUIRE(client->answer().ends_with("hello /idle"));

    CHECK(fixture.server->load().connections == 400);
    CHECK(resident_kib() - before < 400 * 30);
}

TEST_CASE("a head has a deadline however it trickles, and so has silence") {
    http::ServerSettings settings;
    settings.head_deadline = milliseconds(150);
    settings.keep_alive_timeout = milliseconds(150);
    settings.body_timeout = milliseconds(150);
    ServerFixture fixture(settings);
    TestClient idle = fixture.connect();
    idle.send(get("/x"));
    CHECK(idle.answer().ends_with("hello /x"));
    TestClient body = fixture.connect();
    body.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");

    TestClient dripping = fixture.connect();
    const auto began = std::chrono::steady_clock::now();
    dripping.send("GET / HTTP/1.1\r\nX: ");
    while (dripping.is_silent_for(20) &&
           std::chrono::steady_clock::now() - began < std::chrono::seconds(3))
        dripping.send("x");

    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
    CHECK(dripping.rest().empty());
    CHECK(idle.rest().empty());
    CHECK(has(body.rest(), "<Code>RequestTimeout</Code>"));
}

TEST_CASE("a reader that stops reading is let go") {
    http::ServerSettings settings;
    settings.send_timeout = milliseconds(100);
    ServerFixture fixture(settings);
    TestClient client = fixture.connect();
    client.send(get("/large"));
    CHECK(eventually([&] { return fixture.log_lines().size() == 1; }));
    CHECK(has(fixture.log_lines()[0], "silent too long"));
}

TEST_CASE("waiting workers are replaced, and the surplus is bounded") {
    http::ServerSettings settings;
    settings.workers = 2;
    settings.max_workers = 4;
    ServerFixture fixture(settings);
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<TestClient>(fixture.server->port()));
        clients.back()->send(get("/wait"));
    }
    CHECK(eventually([&] { return fixture.handler.waiting == 3; }));

    CHECK(fixture.ask(get("/x")).ends_with("hello /x"));
    CHECK(fixture.server->load().workers <= 4);

    fixture.handler.release = true;
    for (const auto& client : clients)
        CHECK(client->answer().ends_with("hello /wait"));
}

TEST_CASE("connections beyond the limits are told to slow down") {
    http::ServerSettings settings;
    settings.max_connections = 2;
    ServerFixture fixture(settings);
    TestClient first = fixture.connect();
    TestClient second = fixture.connect();
    CHECK(eventually([&] { return fixture.server->load().connections == 2; }));

    TestClient third = fixture.connect();
    third.send(get("/x"));
    const std::string answer = third.rest();
    CHECK(answer.starts_with("HTTP/1.1 503"));
    CHECK(has(answer, "<Code>SlowDown</Code>"));
    CHECK(has(answer, "Retry-After: "));

    settings.max_connections = 100;
    settings.max_connections_per_address = 1;
    fixture.restart(settings);
    TestClient only = fixture.connect();
    CHECK(eventually([&] { return fixture.server->load().connections == 1; }));
    CHECK(fixture.ask(get("/x")).starts_with("HTTP/1.1 503"));
}

TEST_CASE_FIXTURE(ServerFixture, "stopping closes what idles and lets what runs finish") {
    TestClient idle = connect();
    idle.send(get("/x"));
    CHECK(idle.answer().ends_with("hello /x"));
    TestClient half = connect();
    half.send("GET / HT");
    auto running = std::make_unique<TestClient>(server->port());
    running->send(get("/wait"));
    CHECK(eventually([&] { return handler.waiting == 1; }));
    std::thread stopper([&] { server->stop(std::chrono::seconds(20)); });

    CHECK(idle.rest().empty());
    CHECK(half.rest().empty());
    CHECK(running->is_silent_for(20));
    handler.release = true;
    const std::string answer = running->rest();
    running.reset();
    stopper.join();

    CHECK(answer.ends_with("hello /wait"));
    CHECK(has(answer, "Connection: close\r\n"));
}

TEST_CASE_FIXTURE(ServerFixture, "stopping cuts what does not finish in time") {
    TestClient stuck = connect();
    stuck.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(eventually([&] { return server->load().running == 1; }));
    const auto began = std::chrono::steady_clock::now();

    server->stop(milliseconds(50));

    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
}

TEST_SUITE_END();

}  // namespace alexander::s3
