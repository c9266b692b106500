#include "streams.h"

#include <list>
#include <memory>

namespace standin {

struct Stream {
    bool non_blocking;
};

namespace {

struct Item {
    Stream *stream;
    Work work;
};

std::list<std::unique_ptr<Stream>> streams;
std::list<Item> pending;

bool waits_for(Stream *waiter, Stream *other) {
    auto blocking = [](Stream *stream) { return stream == nullptr || !stream->non_blocking; };
    return waiter == other || (blocking(waiter) && blocking(other));
}

int do_pending(const std::function<bool(Stream *)> &wanted) {
    int first_error = 0;
    for (auto item = pending.begin(); item != pending.end();) {
        if (!wanted(item->stream)) {
            ++item;
            continue;
        }
        int result = first_error == 0 ? item->work() : 0;
        first_error = first_error == 0 ? result : first_error;
        item = pending.erase(item);
    }
    return first_error;
}

}  // namespace

Stream *create_stream(bool non_blocking) {
    streams.push_back(std::make_unique<Stream>(Stream{non_blocking}));
    return streams.back().get();
}

bool destroy_stream(Stream *stream) {
    size_t before = streams.size();
    streams.remove_if([stream](const auto &own) { return own.get() == stream; });
    return streams.size() < before;
}

bool is_stream(Stream *stream) {
    if (stream == nullptr) {
        return true;
    }
    for (const auto &own : streams) {
        if (own.get() == stream) {
            return true;
        }
    }
    return false;
}

void enqueue(Stream *stream, Work work) { pending.push_back({stream, std::move(work)}); }

int drain(Stream *stream) {
    return do_pending([stream](Stream *other) { return waits_for(stream, other); });
}

int drain_all() {
    return do_pending([](Stream *) { return true; });
}

void forget_streams() {
    pending.clear();
    streams.clear();
}

}  // namespace standin
