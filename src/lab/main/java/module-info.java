/// The `norma` command: experiments, reports and everything that talks to a person.
module norma.lab {
    requires extjwnl;
    requires info.picocli;
    requires me.tongfei.progressbar;
    requires norma.engine;

    opens norma.lab to info.picocli;
}
