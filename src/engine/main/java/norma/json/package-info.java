/// JSON of a model's folder. [JsonFields] asks an object for fields by name and type, and names file and path where one is wrong.
/// It is not for users: other modules of this project read their files with it.
package norma.json;
