// The version of this program, from package.json.
import package_json from "../package.json" with { type: "json" };

export const VERSION: string = package_json.version;
