// Which cells the user may edit: the column must be editable, and the role of the user must allow edits.
import { can } from "../../server/identity/identity.ts";
import { isEditable } from "../columns/columns.ts";

export const mayEdit = (column: string): boolean => can("editor") && isEditable(column);
