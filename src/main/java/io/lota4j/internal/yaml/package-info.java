/// YAML files of users, read so that messages can name the line.
@NullMarked
package io.lota4j.internal.yaml;

import org.jspecify.annotations.NullMarked;
