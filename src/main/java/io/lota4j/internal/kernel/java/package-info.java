/// The specification of the kernels, in plain Java: every faster one is held against it.
@NullMarked
package io.lota4j.internal.kernel.java;

import org.jspecify.annotations.NullMarked;
