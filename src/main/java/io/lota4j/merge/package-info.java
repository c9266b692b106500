/// What decides how tickets are merged.
@NullMarked
package io.lota4j.merge;

import org.jspecify.annotations.NullMarked;
