/// Merging: what several models learned from one base becomes one model, offline and piece by piece.
@NullMarked
package io.lota4j.internal.merge;

import org.jspecify.annotations.NullMarked;
