/// The merge methods, one a file, and what they share.
@NullMarked
package io.lota4j.internal.merge.method;

import org.jspecify.annotations.NullMarked;
