// Loads an S3 endpoint on 127.0.0.1 (or any HTTP server with GET) and prints one JSON line.
//
//   s3_load get  PORT CONNECTIONS SECONDS PATH
//   s3_load put  PORT CONNECTIONS SECONDS|xCOUNT PATH-PREFIX BODY-BYTES
//   s3_load list PORT CONNECTIONS SECONDS BUCKET-PATH [DELIMITER]
//   s3_load hold PORT CONNECTIONS 0 PATH        one GET each, then waits for the end of its input
//
// Credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION.
#include "base/error.h"
#include "tests/bench/load_client.h"
#include "tests/bench/signer.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>

namespace alexander::bench {

namespace {

struct Job {
    std::string mode;
    LoadOptions load;
    double seconds = 0;       // 0: by count
    std::uint64_t count = 0;  // 0: by time
    std::string path;
    std::string extra;
};

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return value == nullptr ? "" : value;
}

Signer make_signer(const Job& job) {
    return Signer({environment("AWS_ACCESS_KEY_ID"),
                   environment("AWS_SECRET_ACCESS_KEY"),
                   environment("AWS_DEFAULT_REGION")},
                  "127.0.0.1:" + std::to_string(job.load.port));
}

/// Says when the job's time or count is over.
class Budget {
public:
    explicit Budget(const Job& job) : job_(job) {}

    [[nodiscard]] bool take() {
        if (job_.count != 0)
            return taken_++ < job_.count;
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - began_).count() < job_.seconds;
    }

private:
    const Job& job_;
    std::uint64_t taken_ = 0;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

void print(const LoadResult& result, std::uint64_t keys = 0) {
    const auto at = [&](double share) {
        const auto& all = result.latencies;
        return all.empty()
                   ? 0.0
                   : 1000 *
                         all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    };
    std::printf(
        "{\"operations\": %llu, \"bytes\": %llu, \"keys\": %llu, \"seconds\": %.6f, "
        "\"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
        static_cast<unsigned long long>(result.operations),
        static_cast<unsigned long long>(result.received_bytes),
        static_cast<unsigned long long>(keys),
        result.seconds,
        at(0.5),
        at(0.99));
    (void)std::fflush(stdout);
}

void run_get(const Job& job) {
    LoadClient client(job.load);
    const std::string head = make_signer(job).head("GET", job.path, "", 0);
    Budget budget(job);
    print(client.run([&](std::size_t, const Reply*) -> std::optional<Request> {
        return budget.take() ? std::optional(Request{head, {}}) : std::nullopt;
    }));
}

/// Bytes that neither compress nor repeat: random once, then numbered in every 4 KiB.
class Body {
public:
    explicit Body(std::size_t size) : bytes_(size) {
        std::mt19937_64 random(std::random_device{}());
        for (std::size_t at = 0; at + sizeof(std::uint64_t) <= size; at += sizeof(std::uint64_t)) {
            const std::uint64_t word = random();
            std::memcpy(bytes_.data() + at, &word, sizeof word);
        }
    }

    [[nodiscard]] ByteView renew(std::uint64_t number) {
        for (std::size_t at = 0; at + sizeof number <= bytes_.size(); at += 4096)
            std::memcpy(bytes_.data() + at, &number, sizeof number);
        return bytes_;
    }

private:
    Bytes bytes_;
};

void run_put(const Job& job) {
    std::vector<Body> bodies;
    for (std::size_t i = 0; i < job.load.connections; ++i)
        bodies.emplace_back(std::stoull(job.extra));
    // After the bodies: a connection that says nothing for long is closed.
    LoadClient client(job.load);
    const Signer signer = make_signer(job);
    std::uint64_t number = 0;
    Budget budget(job);
    print(client.run([&](std::size_t index, const Reply*) -> std::optional<Request> {
        if (!budget.take())
            return std::nullopt;
        const ByteView body = bodies[index].renew(++number);
        return Request{signer.head("PUT", job.path + std::to_string(number), "", body.size()),
                       body};
    }));
}

std::string between(const std::string& text, std::string_view open, std::string_view close) {
    const std::size_t at = text.find(open);
    if (at == std::string::npos)
        return "";
    const std::size_t from = at + open.size();
    return text.substr(from, text.find(close, from) - from);
}

// Each connection walks the whole bucket, and starts again while there is time.
void run_list(Job job) {
    job.load.bodies = Bodies::keep;
    LoadClient client(job.load);
    const Signer signer = make_signer(job);
    const std::string tail =
        job.extra.empty() ? "list-type=2" : "delimiter=" + encode(job.extra) + "&list-type=2";
    std::uint64_t keys = 0;
    Budget budget(job);
    const LoadResult result =
        client.run([&](std::size_t, const Reply* last) -> std::optional<Request> {
            std::string token;
            if (last != nullptr) {
                keys += std::stoull(between(last->body, "<KeyCount>", "<"));
                token = between(last->body, "<NextContinuationToken>", "<");
            }
            if (!budget.take())
                return std::nullopt;
            const std::string query =
                token.empty() ? tail : "continuation-token=" + encode(token) + "&" + tail;
            return Request{signer.head("GET", job.path, query, 0), {}};
        });
    print(result, keys);
}

void run_hold(const Job& job) {
    LoadClient client(job.load);
    const std::string head = make_signer(job).head("GET", job.path, "", 0);
    std::vector<bool> asked(job.load.connections);
    print(client.run([&](std::size_t index, const Reply*) -> std::optional<Request> {
        if (asked[index])
            return std::nullopt;
        asked[index] = true;
        return Request{head, {}};
    }));
    while (std::getchar() != EOF) {
    }
}

void run(int count, char** values) {
    if (count < 6)
        throw Error(ErrorCode::invalid_argument, "usage: see the head of s3_load.cc");
    Job job;
    job.mode = values[1];
    job.load.port = static_cast<std::uint16_t>(std::stoul(values[2]));
    job.load.connections = std::stoul(values[3]);
    const std::string span = values[4];
    if (span.starts_with('x'))
        job.count = std::stoull(span.substr(1));
    else
        job.seconds = std::stod(span);
    job.path = values[5];
    job.extra = count > 6 ? values[6] : "";
    if (job.mode == "get")
        run_get(job);
    else if (job.mode == "put")
        run_put(job);
    else if (job.mode == "list")
        run_list(job);
    else
        run_hold(job);
}

}  // namespace

}  // namespace alexander::bench

int main(int argc, char** argv) {
    try {
        alexander::bench::run(argc, argv);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "s3_load: %s\n", error.what());
        return 1;
    }
}
