/// Data as a model takes it: rows of text, chats, token ids with those that carry loss, and the order of batches.
///
/// A row of a file ([io.lota4j.internal.data.file.RowFile]) becomes messages ([ExampleFormat]), the model's own
/// [ChatTemplate] and [Tokenizer] make an
/// [io.lota4j.data.Example] of them ([ExampleEncoder]), and [BatchOrder] says which examples a step takes.
@NullMarked
package io.lota4j.internal.data;

import org.jspecify.annotations.NullMarked;
