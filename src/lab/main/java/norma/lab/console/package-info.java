/// What commands print for people and for programs: tables, numbers, progress, JSON, HTML pages and errors. The benchmarks' command
/// uses it too. Nothing here knows what is computed.
package norma.lab.console;
