// Work that was asked for and not done yet: nothing runs before somebody waits for it, so that whoever forgets
// to wait sees poison.
#pragma once
#include <functional>
#include <string>

namespace standin {

struct Stream;

// CUresult
using Work = std::function<int()>;

Stream *create_stream(bool non_blocking);
// Forgets its work. False when there is none such.
bool destroy_stream(Stream *stream);
// Null is the legacy default stream, which always is there.
bool is_stream(Stream *stream);

void enqueue(Stream *stream, Work work);
// A copy to pageable memory of the host. `read` takes the bytes in the stream's order; they are written to `to`
// when the thread that asked waits for the stream, and at no other time. So whoever forgets to wait sees old
// values, and nothing is written to memory that was freed meanwhile.
void enqueue_to_host(Stream *stream, void *to, std::function<int(std::string &)> read);
// Whether the calling thread asked for such copies and has not waited for them, which are then forgotten.
bool forgot_to_wait();
// Does what waiting for the stream would do, in the order of asking. The legacy stream waits for all blocking
// ones and they for it. Returns the first error.
int drain(Stream *stream);
int drain_all();

void forget_streams();

}  // namespace standin
