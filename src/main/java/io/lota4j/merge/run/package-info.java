/// What a merge tells of itself.
@NullMarked
package io.lota4j.merge.run;

import org.jspecify.annotations.NullMarked;
