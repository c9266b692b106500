/// Carrying merges out: tickets into a ticket, models into a model.
@NullMarked
package io.lota4j.merge.run;

import org.jspecify.annotations.NullMarked;
