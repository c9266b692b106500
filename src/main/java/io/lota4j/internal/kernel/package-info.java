/// The hot loops on a weight matrix's masked entries, behind one interface.
@NullMarked
package io.lota4j.internal.kernel;

import org.jspecify.annotations.NullMarked;
