/// Tables in text files, CSV and TSV, for Norma's engine.
module norma.csv {
    requires transitive norma.engine;
    requires org.apache.commons.csv;

    exports norma.csv;
}
