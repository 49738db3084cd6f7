/// The `norma` command: experiments and their reports.
module norma.lab {
    requires com.google.gson;
    requires extjwnl.data.wn31;
    requires transitive info.picocli;
    requires me.tongfei.progressbar;
    requires norma.csv;
    requires norma.embeddings;
    requires norma.engine;
    requires norma.tornado;
    requires java.desktop;
    requires xchart;

    exports norma.lab.console; // for the benchmarks' command

    opens norma.lab to com.google.gson, info.picocli;
    opens norma.lab.catalogue to com.google.gson, info.picocli;
    opens norma.lab.compare to com.google.gson, info.picocli;
    opens norma.lab.embed to com.google.gson, info.picocli;
    opens norma.lab.finetune to com.google.gson, info.picocli;
    opens norma.lab.plot to com.google.gson, info.picocli;
    opens norma.lab.run to com.google.gson, info.picocli;
    opens norma.lab.train to com.google.gson, info.picocli;
}
