/// The `norma` command. [norma.lab.Main] finds the subcommand that the arguments name and reports what goes wrong in one line. Each
/// package below holds one group of subcommands; `run` and `console` hold what they share.
package norma.lab;
