#include "s3d/http/connection.h"

#include <algorithm>
#include <cstring>

namespace alexander::s3::http {

namespace {

// A peer that still sends after its answer is cut off here.
constexpr std::uint64_t max_discarded_bytes = 64ULL * 1024 * 1024;

}  // namespace

Connection::Connection(Poco::Net::StreamSocket socket,
                       Peer peer,
                       const SocketStream::Timeouts& timeouts,
                       ConnectionServices& services)
    : peer_(std::move(peer)),
      services_(services),
      stream_(std::move(socket), timeouts, services.blocking) {}

Connection::Next Connection::run() {
    PooledBuffer buffer = services_.buffers.lend();
    try {
        return lingering_ ? discard(buffer.bytes()) : serve_arrived(buffer.bytes());
    } catch (const ConnectionLost&) {
        // Between requests, or while lingering: nobody is left to tell.
        return Next::close;
    }
}

Connection::Next Connection::serve_arrived(MutableBytes buffer) {
    std::size_t received = carried_.size();
    std::copy(carried_.begin(), carried_.end(), buffer.begin());
    carried_ = Bytes();
    while (true) {
        auto outcome = RequestParser::Outcome::incomplete;
        if (received > 0)
            outcome = parser_.advance(buffer.first(received));
        if (outcome == RequestParser::Outcome::incomplete) {
            const MutableBytes room = buffer.subspan(received);
            const auto more =
                stream_.try_receive(room.first(std::min(room.size(), receive_step_bytes)));
            if (!more)
                return park(buffer.first(received));
            if (*more == 0)
                return Next::close;
            received += *more;
            continue;
        }
        const auto left_over = serve_one(buffer, received, outcome);
        if (!left_over)
            return lingering_ ? Next::linger : Next::close;
        received = *left_over;
    }
}

Connection::Next Connection::park(ByteView unparsed) {
    if (unparsed.empty())
        return services_.stopping ? Next::close : Next::idle;
    carried_.assign(unparsed.begin(), unparsed.end());
    return Next::head;
}

std::optional<std::size_t> Connection::serve_one(MutableBytes buffer,
                                                 std::size_t received,
                                                 RequestParser::Outcome outcome) {
    const bool refused = outcome == RequestParser::Outcome::refused;
    Request request = parser_.take();
    const Peer client = refused ? peer_ : services_.proxies.resolve(peer_, request);
    const Fault fault = parser_.fault();
    const std::size_t head_size = refused ? received : parser_.consumed();
    parser_ = RequestParser();
    BodyReader body(request, stream_, buffer.subspan(head_size), received - head_size);
    Exchange exchange({request,
                       refused ? &fault : nullptr,
                       body,
                       stream_,
                       client,
                       services_.blocking,
                       services_.stopping,
                       services_.drain_limit_bytes});
    services_.handler.serve(exchange);
    ++served_;
    if (exchange.keeps_alive()) {
        const MutableBytes rest = body.left_over();
        std::memmove(buffer.data(), rest.data(), rest.size());
        return rest.size();
    }
    // Closing with unread bytes resets the connection, and the answer may be lost with it. A peer
    // that announced its last request, and sent all of it, sends no more.
    const bool all_read =
        !request.keep_alive && !refused && body.at_end() && body.left_over().empty();
    lingering_ = exchange.complete() && !all_read;
    if (lingering_)
        stream_.finish_sending();
    return std::nullopt;
}

Connection::Next Connection::refuse(Fault fault) {
    const Request request;
    BodyReader body(request, stream_, {}, 0);
    Exchange exchange(
        {request, &fault, body, stream_, peer_, services_.blocking, services_.stopping, 0});
    services_.handler.serve(exchange);
    stream_.finish_sending();
    lingering_ = exchange.complete();
    return lingering_ ? Next::linger : Next::close;
}

Connection::Next Connection::discard(MutableBytes buffer) {
    while (discarded_bytes_ < max_discarded_bytes) {
        const auto received = stream_.try_receive(buffer.first(receive_step_bytes));
        if (!received)
            return Next::linger;
        if (*received == 0)
            return Next::close;
        discarded_bytes_ += *received;
    }
    return Next::close;
}

}  // namespace alexander::s3::http
