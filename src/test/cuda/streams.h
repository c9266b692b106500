// Work that was asked for and not done yet: nothing runs before somebody waits for it, so that whoever forgets
// to wait sees poison.
#pragma once
#include <functional>

namespace standin {

struct Stream;

// CUresult
using Work = std::function<int()>;

Stream *create_stream(bool non_blocking);
// False when there is none such.
bool destroy_stream(Stream *stream);
// Null is the legacy default stream, which always is there.
bool is_stream(Stream *stream);

void enqueue(Stream *stream, Work work);
// Does what waiting for the stream would do, in the order of asking. The legacy stream waits for all blocking
// ones and they for it. Returns the first error.
int drain(Stream *stream);
int drain_all();

void forget_streams();

}  // namespace standin
