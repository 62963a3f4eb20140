/** Help of the commands that open the database, apart from their code: that brings Prisma along. */
export const databaseHelp = `Usage: monban token create --name NAME --scope SCOPE [--scope SCOPE] [--expires TIME]
       monban user reset-password [NAME]

Scopes: admin, sites:read, sites:write, metrics:read. TIME is ISO 8601, such as 2027-01-01T00:00:00Z.
`;
