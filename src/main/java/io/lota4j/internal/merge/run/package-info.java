/// Carrying merges out: tickets into a ticket, models into a model.
@NullMarked
package io.lota4j.internal.merge.run;

import org.jspecify.annotations.NullMarked;
