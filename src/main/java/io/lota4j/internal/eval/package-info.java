/// Scores: loss per response token and greedy answers.
@NullMarked
package io.lota4j.internal.eval;

import org.jspecify.annotations.NullMarked;
