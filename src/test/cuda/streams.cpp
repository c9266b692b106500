#include "streams.h"

#include <cstring>
#include <list>
#include <memory>
#include <vector>

namespace standin {

struct Stream {
    bool non_blocking;
};

namespace {

struct Item {
    Stream *stream;
    Work work;
};

// What a thread is to get when it waits.
struct Owed {
    Stream *stream;
    void *to;
    std::shared_ptr<std::string> bytes;  // empty until they were read
};

std::list<std::unique_ptr<Stream>> streams;
std::list<Item> pending;
thread_local std::vector<Owed> owed;

bool waits_for(Stream *waiter, Stream *other) {
    auto blocking = [](Stream *stream) { return stream == nullptr || !stream->non_blocking; };
    return waiter == other || (blocking(waiter) && blocking(other));
}

void hand_over(const std::function<bool(Stream *)> &wanted) {
    std::vector<Owed> later;
    for (Owed &copy : owed) {
        if (!is_stream(copy.stream)) {
            continue;
        }
        if (wanted(copy.stream)) {
            std::memcpy(copy.to, copy.bytes->data(), copy.bytes->size());
        } else {
            later.push_back(copy);
        }
    }
    owed.swap(later);
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
    hand_over(wanted);
    return first_error;
}

}  // namespace

Stream *create_stream(bool non_blocking) {
    streams.push_back(std::make_unique<Stream>(Stream{non_blocking}));
    return streams.back().get();
}

bool destroy_stream(Stream *stream) {
    pending.remove_if([stream](const Item &item) { return item.stream == stream; });
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

void enqueue_to_host(Stream *stream, void *to, std::function<int(std::string &)> read) {
    auto bytes = std::make_shared<std::string>();
    enqueue(stream, [=] { return read(*bytes); });
    owed.push_back({stream, to, bytes});
}

bool forgot_to_wait() {
    bool forgot = !owed.empty();
    owed.clear();
    return forgot;
}

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
