/// What leaves for other programs, and what comes from them.
@NullMarked
package io.lota4j.export;

import org.jspecify.annotations.NullMarked;
