/** The session variable that names the user on whose behalf a statement runs; every policy reads it. */
export const USER_SETTING = 'app.user_id';

/** The role of maintenance that crosses users: granted to the owner of the schema, never to the service. */
export const MAINTENANCE_ROLE = 'onboarding_maintenance';

/** The role of operators: what the login of DATABASE_OPERATOR_URL inherits, and the service's own never does. */
export const OPERATOR_ROLE = 'onboarding_operator';

/**
 * Makes each row of a table belong to one user: declares the ORM's filter, the row-level policy and the session variable behind
 * both, and a second policy through which the owner's maintenance may cross users.
 */
export const ownership = {
  filters: {
    owner: {
      name: 'owner',
      cond: (parameters: { userId?: string }) => ({ userId: parameters.userId }),
      default: true,
      rls: { setting: USER_SETTING },
    },
  },
  rowLevelSecurity: 'force' as const,
  policies: [{ name: 'maintenance', roles: [MAINTENANCE_ROLE], using: 'true', check: 'true' }],
};

/**
 * Lets operators see the rows of all users, too, as far as the columns are granted to them. The condition is a constant: the users'
 * own policy, which fails where no user is named, is then left out of a plan.
 */
export const readByOperators = {
  ...ownership,
  policies: [
    ...ownership.policies,
    { name: 'operator', command: 'select' as const, roles: [OPERATOR_ROLE], using: 'true' },
  ],
};
