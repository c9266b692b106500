/// What leaves for other programs, and what comes from them: a base with tickets on it in the forms that they load, and
/// their adapters as tickets.
@NullMarked
package io.lota4j.internal.export;

import org.jspecify.annotations.NullMarked;
