/// Measures whether a model declines what it should decline, before and after an adaptation.
@NullMarked
package io.lota4j.guard;

import org.jspecify.annotations.NullMarked;
