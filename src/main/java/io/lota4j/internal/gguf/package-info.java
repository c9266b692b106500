/// GGUF, llama.cpp's file format ([layout](https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)): keys and
/// values,
/// then tensors.
@NullMarked
package io.lota4j.internal.gguf;

import org.jspecify.annotations.NullMarked;
