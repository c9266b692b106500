/// LoRA: low-rank factors of weight changes, trained in place of the weights, for comparison with sparse training.
@NullMarked
package io.lota4j.internal.train.lora;

import org.jspecify.annotations.NullMarked;
