/// Event files, which TensorBoard shows as curves.
@NullMarked
package io.lota4j.internal.events;

import org.jspecify.annotations.NullMarked;
