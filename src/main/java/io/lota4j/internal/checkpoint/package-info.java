/// Safetensors files and Hugging Face model directories: checked headers, mapped reads, atomic writes, fingerprints.
@NullMarked
package io.lota4j.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
