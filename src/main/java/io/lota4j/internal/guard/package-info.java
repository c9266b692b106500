/// How probes are answered and judged.
@NullMarked
package io.lota4j.internal.guard;

import org.jspecify.annotations.NullMarked;
