/// The built-in demo: a tiny base that knows thirteen skills under many names, and tasks that teach it new names.
///
/// A tiny model that learns a new skill forgets everything else whatever the method; one that learns a new name for a
/// skill it has behaves as a language model does when it is fine-tuned: quick to learn, partly forgetful, mergeable.
@NullMarked
package io.lota4j.demo;

import org.jspecify.annotations.NullMarked;
