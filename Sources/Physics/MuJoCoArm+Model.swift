#if MuJoCo
  extension MuJoCoArm {
    /// The text of maps/reacher.xml. It is built in so that a program finds it wherever it runs,
    /// and a recording's steps can always be taken again.
    package static let reacher = """
      <!-- An arm of two links in a plane, and a target: Gymnasium's Reacher by its published numbers. -->
      <mujoco model="reacher">
        <compiler angle="radian"/>
        <option timestep="0.01" integrator="RK4"/>
        <default>
          <geom type="capsule" size="0.01" density="1000" contype="0" conaffinity="0"/>
          <joint type="hinge" axis="0 0 1" armature="1" damping="1"/>
          <motor ctrllimited="true" ctrlrange="-1 1" gear="200"/>
        </default>
        <worldbody>
          <body name="upper" pos="0 0 0.01">
            <joint name="joint0" limited="false"/>
            <geom fromto="0 0 0 0.1 0 0"/>
            <body name="lower" pos="0.1 0 0">
              <joint name="joint1" limited="true" range="-3 3"/>
              <geom fromto="0 0 0 0.1 0 0"/>
              <body name="fingertip" pos="0.11 0 0">
                <geom type="sphere" size="0.01"/>
              </body>
            </body>
          </body>
          <body name="target" pos="0 0 0.01">
            <joint name="target_x" type="slide" axis="1 0 0" armature="0" damping="0" limited="false"/>
            <joint name="target_y" type="slide" axis="0 1 0" armature="0" damping="0" limited="false"/>
            <geom type="sphere" size="0.009"/>
          </body>
        </worldbody>
        <actuator>
          <motor joint="joint0"/>
          <motor joint="joint1"/>
        </actuator>
      </mujoco>

      """
  }
#endif
