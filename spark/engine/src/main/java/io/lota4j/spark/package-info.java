/// Experiments whose works are tasks of Apache Spark.
@NullMarked
package io.lota4j.spark;

import org.jspecify.annotations.NullMarked;
