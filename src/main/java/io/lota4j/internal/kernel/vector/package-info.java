/// The kernels with the JDK's Vector API. Loaded only where the module `jdk.incubator.vector` is there, see
/// [io.lota4j.internal.kernel.VectorModule].
@NullMarked
package io.lota4j.internal.kernel.vector;

import org.jspecify.annotations.NullMarked;
