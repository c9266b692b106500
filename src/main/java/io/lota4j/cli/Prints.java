package io.lota4j.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The keys of the object that a command prints with `--json`.
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Prints {
    /// Those that are always there.
    Key[] value();

    /// Those that are there where they apply.
    Key[] sometimes() default {};
}
