/// The `norma` command: experiments, reports and everything that talks to a person.
module norma.lab {
    requires com.google.gson;
    requires extjwnl.data.wn31;
    requires transitive info.picocli;
    requires me.tongfei.progressbar;
    requires norma.embeddings;
    requires norma.engine;
    requires java.desktop;
    requires xchart;

    exports norma.lab.console; // for the benchmarks' command

    opens norma.lab to com.google.gson, info.picocli;
}
