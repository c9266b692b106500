/// The kernels on an NVIDIA card, through JCuda's binding of the CUDA driver. Their sources are in
/// `src/main/cuda`.
@NullMarked
package io.lota4j.internal.kernel.cuda;

import org.jspecify.annotations.NullMarked;
