/// Which kernel a run uses: chosen once, at its start.
@NullMarked
package io.lota4j.kernel.choice;

import org.jspecify.annotations.NullMarked;
