/// Scores of single weights that masks can be chosen by without training: magnitude, SNIP, Wanda, Fisher.
@NullMarked
package io.lota4j.train.score;

import org.jspecify.annotations.NullMarked;
