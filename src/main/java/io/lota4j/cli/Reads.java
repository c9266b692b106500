package io.lota4j.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// An option or parameter that is a path to read. Nothing may be written over it, nor in it if it is a directory: see
/// [CommandPaths]. Every option that is a path has this or [Writes].
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface Reads {
    /// Whether pages about a directory may be written in it; its other files may not be written over.
    boolean takesPages() default false;
}
