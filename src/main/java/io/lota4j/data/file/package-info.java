/// Files and folders of rows, and the rows of them that cannot be used.
@NullMarked
package io.lota4j.data.file;

import org.jspecify.annotations.NullMarked;
