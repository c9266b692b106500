/// Files of rows: what kind a file is of, and its rows one after the other.
@NullMarked
package io.lota4j.internal.data.file;

import org.jspecify.annotations.NullMarked;
