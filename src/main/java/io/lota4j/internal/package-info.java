/// Classes that every package shares: texts, hashes, native libraries, memory of the process.
///
/// Nothing below this package is meant for other programs; it may change with every version.
@NullMarked
package io.lota4j.internal;

import org.jspecify.annotations.NullMarked;
