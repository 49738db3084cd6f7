/// What a person sees of a command, and what a machine reads of it: tables, progress, JSON, pages, errors.
package norma.lab.console;
